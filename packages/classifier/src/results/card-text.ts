/** Escapes a text from data, so that neither Markdown nor a terminal interprets any character of it. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}]+/gu, ' ').replace(/[<>|`*_[\]\\]/g, letter => `\\${letter}`);

/** Where the texts of licenses are that have no SPDX identifier of their own. */
const texts: Readonly<Record<string, string>> = {
  'LicenseRef-DINOv3': 'https://github.com/facebookresearch/dinov3/blob/main/LICENSE.md',
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
  const link = texts[first] && `\nlicense_link: ${texts[first]}`;
  return `license: other\nlicense_name: ${own.toLowerCase()}${link ?? ''}`;
}

/** The licenses as a list in Markdown, with links to texts that their identifiers do not lead to. */
export const licenseList = (licenses: Licenses): string =>
  licenses
    .map(({ of, license }) => {
      const link = texts[license] ? ` (${texts[license]})` : '';
      return `- ${oneLine(of)}: ${oneLine(license)}${link}`;
    })
    .join('\n');
