import type { GalleryPicture, ReportContent } from './content';
import { Html, html, percent } from './html';

/** Photo, heat map and overlay of each, with what was said of it. */
export const gallery = (pictures: readonly GalleryPicture[]): Html =>
  html`<div class="gallery">${pictures.map(picture)}</div>`;

function picture(shown: GalleryPicture): Html {
  const { image, name, truth, predicted, probability, fitting } = shown;
  const right = truth === predicted;
  const alt = `${name}: the photo, its heat map for ${predicted}, and both on top of each other`;
  return html`<figure class="card"><img src="${image}"${sized(shown)} alt="${alt}" loading="lazy">
    <figcaption><span class="badge ${right ? 'right' : 'wrong'}">${right ? 'right' : 'wrong'}</span>
      <b>${truth}</b>${right ? '' : ` taken for ${predicted}`}, ${percent(probability, 0)}${unsure(fitting)}
      <small class="file">${name}</small></figcaption></figure>`;
}

/** A browser keeps the place of a picture of which it knows the size. */
const sized = ({ width, height }: Pick<GalleryPicture, 'width' | 'height'>) =>
  width !== undefined &&
  height !== undefined &&
  new Html(` width="${Math.round(width)}" height="${Math.round(height)}"`);

/** Nothing where exactly one class fits. */
function unsure(fitting: readonly string[] | undefined): Html | false {
  if (!fitting || fitting.length === 1) return false;
  if (fitting.length === 0) return html`<small>not sure: none of them fits</small>`;
  const shown = fitting.slice(0, 3);
  const more = fitting.length > 3 ? ` or ${fitting.length - 3} more` : '';
  const last = more === '' ? ` or ${shown.at(-1)}` : `, ${shown.at(-1)}${more}`;
  return html`<small>not sure: ${shown.slice(0, -1).join(', ')}${last}</small>`;
}

/** The heat map of one photo from epoch to epoch. */
export function epochStrip({ truth, name, pictures }: NonNullable<ReportContent['epochs']>): Html {
  return html`<p>One photo of the validation set, ${name}, and which places spoke for ${truth} after so many epochs. Below
    each the probability of ${truth}.</p>
    <ol class="strip card">${pictures.map(
      ({
        epoch,
        image,
        probability,
        ...size
      }) => html`<li><img src="${image}"${sized(size)} alt="${name} after epoch ${epoch}: where it spoke for ${truth}" loading="lazy">
      <b>epoch ${epoch}</b> <span>${percent(probability, 0)}</span></li>`,
    )}</ol>`;
}
