import { expect, it } from "vitest";
import type * as z from "zod";
import { adminOperations } from "./admin/operations.ts";

const inDigits = ["1e1", "0x10", "01", "1.0", " 1", "true"];

it("a number in a query is written in digits alone, in every call of the admin API", () => {
  const lax = (adminOperations as readonly { id: string; query?: z.ZodObject }[]).flatMap(({ id, query }) =>
    Object.entries(query?.shape ?? {}).flatMap(([name, field]) => {
      const schema = field as z.ZodType;
      const isNumber = typeof schema.safeParse(5).data === "number";
      return isNumber && inDigits.some((text) => schema.safeParse(text).success) ? [`${id} ${name}`] : [];
    }),
  );
  expect(lax).toEqual([]);
});
