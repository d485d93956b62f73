/** Stands where the MCP server looks for a validator of what people enter in forms: no tool of ours shows one. */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("No tool asks for a form.");
  }
}

/** The MCP server's transport over standard streams, which a Worker has not, would read it. */
export const process = {};
