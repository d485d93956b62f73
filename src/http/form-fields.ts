type Field = [name: string, value: string];

/**
 * Returns the fields of a form (`application/x-www-form-urlencoded`) as `URLSearchParams` reads them, which costs the runtime a step of its own for each field. What is not
 * plainly written is left to it.
 */
export function readFields(form: string): Field[] {
  if (form.startsWith("?")) return [...new URLSearchParams(form)];
  try {
    return form.split("&").flatMap((field) => (field === "" ? [] : [readField(field)]));
  } catch {
    return [...new URLSearchParams(form)];
  }
}

function readField(field: string): Field {
  const end = field.indexOf("=");
  return end === -1 ? [decode(field), ""] : [decode(field.slice(0, end)), decode(field.slice(end + 1))];
}

/** Throws where an escape is not one, or not UTF-8. */
function decode(text: string): string {
  return /[%+]/.test(text) ? decodeURIComponent(text.replaceAll("+", " ")) : text;
}
