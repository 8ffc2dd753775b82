/** Escapes a text from data, so that neither Markdown nor a terminal interprets any character of it. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}]+/gu, ' ').replace(/[<>|`*_[\]\\]/g, letter => `\\${letter}`);

/** Licenses that have no SPDX identifier of their own: what the Hugging Face hub names them, and where their texts are. */
const texts: Readonly<Record<string, { readonly name: string; readonly link: string }>> = {
  'LicenseRef-DINOv3': {
    name: 'dinov3-license',
    link: 'https://ai.meta.com/resources/models-and-libraries/dinov3-license',
  },
};

type Licenses = readonly { readonly of: string; readonly license: string }[];

/**
 * The license of a model card as lines of its metadata: that of all parts, or `other`. The Hugging Face hub refuses a card with a license
 * that is not in its list, so a license without an SPDX identifier is `other`, with its name.
 */
export function licenseOf(licenses: Licenses): string {
  const [first, ...others] = new Set(licenses.map(({ license }) => license));
  if (first === undefined || others.length > 0 || !/^[\w.-]+$/.test(first)) return 'license: other';
  const [, own] = /^LicenseRef-(.+)$/i.exec(first) ?? [];
  if (own === undefined) return `license: ${first.toLowerCase()}`;
  const known = texts[first];
  if (!known) return `license: other\nlicense_name: ${own.toLowerCase()}`;
  return `license: other\nlicense_name: ${known.name}\nlicense_link: ${known.link}`;
}

/** The licenses as a list in Markdown, with links to texts that their identifiers do not lead to. */
export const licenseList = (licenses: Licenses): string =>
  licenses
    .map(({ of, license }) => {
      const known = texts[license];
      const link = known ? ` (${known.link})` : '';
      return `- ${oneLine(of)}: ${oneLine(license)}${link}`;
    })
    .join('\n');
