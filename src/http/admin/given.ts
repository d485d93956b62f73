type Given<T> = { [Field in keyof T]?: Exclude<T[Field], undefined> };

/** Returns the fields that a request names: what it leaves out is not there at all, so that it stays as it is. */
export function given<T extends object>(fields: T): Given<T> {
  // What is left has no undefined value; the filter cannot tell the compiler.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
