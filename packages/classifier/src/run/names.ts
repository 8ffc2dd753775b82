/** Names that Windows reserves for devices, with any extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Largest number of characters that a file name takes from data. */
const longest = 60;

/**
 * Makes a name from data, such as a class, valid as part of a file name on every operating system. Characters other than letters, digits,
 * spaces, `-`, `_` and `.` become `_`. Names that are too long, empty, reserved, or made of dots are changed. Two names may become equal.
 *
 * @example
 * ```ts
 * fileName('Amanita muscaria'); // 'Amanita muscaria'
 * fileName('../etc'); // '__etc'
 * ```
 */
export function fileName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} _.-]/gu, '_')
    .replace(/\.{2,}/g, '_')
    .replace(/^[ .]+|[ .]+$/g, '');
  const short = [...plain]
    .slice(0, longest)
    .join('')
    .replace(/[ .]+$/, '');
  if (short === '') return '_';
  return devices.test(short) ? `_${short}` : short;
}

/**
 * Makes a text from data safe for a terminal: control characters, which could move the cursor or change colors, become `�`.
 *
 * @example
 * ```ts
 * process.stdout.write(forTerminal('Amanita\u001b[31m')); // Amanita�[31m
 * ```
 */
export const forTerminal = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
