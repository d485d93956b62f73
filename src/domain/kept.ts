/**
 * Returns `make` with a memory: what was made for a name is given again, for the `limit` names that came last. For what costs more to make than to keep
 * (imported keys, parsed numbers) and never changes for its name; a promise that fails is forgotten.
 */
export function kept<Value>(limit: number, make: (name: string) => Value): (name: string) => Value {
  const values = new Map<string, Value>();
  return (name) => {
    const known = values.get(name);
    if (known !== undefined) return known;
    const value = make(name);
    if (values.size >= limit) values.delete(values.keys().next().value ?? name);
    values.set(name, value);
    if (value instanceof Promise) value.catch(() => values.delete(name));
    return value;
  };
}
