declare module "virtual:operations" {
  /** Method and path in OpenAPI form, below /admin/api, of each admin call. */
  export const paths: Readonly<Record<string, readonly [method: string, path: string]>>;
}

declare module "virtual:verify-samples" {
  /** How a receiver verifies a signature, one sample a language: those of docs/webhooks.md. */
  export const samples: readonly { readonly language: string; readonly code: string }[];
}
