declare module "*?raw" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: what the bundler makes of a text file is a default export
  export default text;
}
