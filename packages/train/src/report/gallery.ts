import type { GalleryPicture, ReportContent } from './content';
import { Html, html, percent } from './html';

/** Photo, heat map and overlay of each picture, with the classifier's answer. */
export const gallery = (pictures: readonly GalleryPicture[]): Html =>
  html`<div class="gallery">${pictures.map(picture)}</div>`;

function picture(shown: GalleryPicture): Html {
  const { image, name, truth, predicted, probability, fitting, explained } = shown;
  const right = truth === predicted;
  const alt = `${name}: the photo, its heat map for ${explained ?? predicted}, and both on top of each other`;
  const said =
    explained === undefined
      ? html`<b>${truth}</b>${right ? '' : ` taken for ${predicted}`}, ${percent(probability, 0)}${unsure(fitting)}`
      : html`<b>${truth}</b>${right ? '' : `, said to have ${predicted}`}<small>heat map for ${explained}, ${percent(probability, 0)}</small>`;
  return html`<figure class="card"><img src="${image}"${sized(shown)} alt="${alt}" loading="lazy">
    <figcaption><span class="badge ${right ? 'right' : 'wrong'}">${right ? 'right' : 'wrong'}</span>
      ${said}
      <small class="file">${name}</small></figcaption></figure>`;
}

/** Width and height attributes, so that the browser reserves the space of a picture before it is loaded. */
const sized = ({ width, height }: Pick<GalleryPicture, 'width' | 'height'>) =>
  width !== undefined &&
  height !== undefined &&
  new Html(` width="${Math.round(width)}" height="${Math.round(height)}"`);

/** The note "not sure" with the classes that fit; false if exactly one class fits. */
function unsure(fitting: readonly string[] | undefined): Html | false {
  if (!fitting || fitting.length === 1) return false;
  if (fitting.length === 0) return html`<small>not sure: no class fits</small>`;
  const shown = fitting.slice(0, 3);
  const more = fitting.length > 3 ? ` or ${fitting.length - 3} more` : '';
  const last = more === '' ? ` or ${shown.at(-1)}` : `, ${shown.at(-1)}${more}`;
  return html`<small>not sure: ${shown.slice(0, -1).join(', ')}${last}</small>`;
}

/** The heat maps of one photo, epoch by epoch. */
export function epochStrip({ truth, name, pictures }: NonNullable<ReportContent['epochs']>): Html {
  return html`<p>${name}, one photo of the validation set, and the places that raised the score of ${truth} after some epochs. Below each
    picture: the probability of ${truth}.</p>
    <ol class="strip card">${pictures.map(
      ({
        epoch,
        image,
        probability,
        ...size
      }) => html`<li><img src="${image}"${sized(size)} loading="lazy"
        alt="${name} after epoch ${epoch}: the places that raised the score of ${truth}">
      <b>epoch ${epoch}</b> <span>${percent(probability, 0)}</span></li>`,
    )}</ol>`;
}
