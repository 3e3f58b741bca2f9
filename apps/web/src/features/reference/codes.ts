/** What the API takes: lower-case letters, digits and `_`, a letter first. */
export const isCode = (code: string) => /^[a-z][a-z0-9_]{0,39}$/.test(code);

/** `Secteur public` becomes `secteur_public`. */
export function codeFrom(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const words = plain.replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^[_0-9]+|_+$/g, "");
  return words.slice(0, 40).replace(/_+$/, "");
}
