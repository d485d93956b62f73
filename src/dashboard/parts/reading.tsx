/** Stands where something is still being read. */
export function Reading() {
  return <p className="quiet">Reading …</p>;
}
