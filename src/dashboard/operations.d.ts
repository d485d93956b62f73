declare module "virtual:operations" {
  /** Method and path in OpenAPI form, below /admin/api, of each admin call. */
  export const paths: Readonly<Record<string, readonly [method: string, path: string]>>;
}
