import { escapeMarkup } from '@shroom/formats';
import type { ColorMap } from './colors';
import type { ClassProbability, PageMap } from './page-content';

/** Classes with a probability, the highest first, then those that only have maps. */
export function classNames(
  maps: readonly PageMap[],
  probabilities: readonly ClassProbability[],
): string[] {
  const ranked = [...probabilities].sort((a, b) => b.probability - a.probability);
  return [...new Set([...ranked, ...maps].map(({ className }) => className))];
}

/** A radio button for each class, with its probability after it; without a map it cannot be chosen. */
export function classChoices(
  names: readonly string[],
  maps: readonly PageMap[],
  probabilities: readonly ClassProbability[],
): string {
  const shares = new Map(
    probabilities.map(({ className, probability }) => [className, probability]),
  );
  const choices = names.map((name, index) => {
    const share = shares.get(name);
    const shown = maps.some(({ className }) => className === name);
    const state = name === maps[0]!.className ? ' checked' : shown ? '' : ' disabled';
    const remarks = [
      share === undefined ? '' : `${(100 * share).toFixed(1)} %`,
      shown ? '' : 'no map',
    ];
    const remark = remarks.filter(Boolean).join(', ');
    return (
      `<label style="--share:${share ?? 0}"><input type="radio" name="className" value="${index}"${state}>` +
      `<span>${escapeMarkup(name)}</span><small>${remark}</small></label>`
    );
  });
  return choices.join('');
}

/** A list to choose from, named by number so that no name has to be unique once it is escapeMarkup. */
export const choice = (id: string, name: string, values: readonly string[]): string =>
  `<div><label class="name" for="${id}">${name}</label><select id="${id}" name="${id}">` +
  `${values.map((value, index) => `<option value="${index}">${escapeMarkup(value)}</option>`).join('')}</select></div>`;

/** In per cent. */
export const slider = (id: string, name: string, value: number): string =>
  `<div class="slider"><label class="name" for="${id}">${name}</label><output for="${id}"></output>` +
  `<input type="range" id="${id}" name="${id}" min="0" max="100" value="${value}"></div>`;

/** A color map as CSS has it, at seventeen places. */
export function gradient(colors: ColorMap): string {
  const stops = Array.from({ length: 17 }, (_, stop) => {
    const index = Math.round((stop / 16) * 255) * 3;
    return `rgb(${colors.subarray(index, index + 3).join()})`;
  });
  return `linear-gradient(90deg,${stops.join()})`;
}
