import type { ClassifierFile } from '@shroom/classifier/browser';
import type { DrawnMap, Look } from '../calls';
import {
  type AnswerInWords,
  describeRule,
  describeUnknown,
  inWords,
  unknown,
} from './answer-words';
import { type Choice, ClassList } from './class-list';
import { element, tell } from './element';

interface CardActions {
  /** Called when the user has chosen another class. */
  onChoice(): void;
  onEnlarge(): void;
  onRemove(): void;
}

/** Shows one photo with its answer and its heat map. */
export class PhotoCard {
  readonly element: HTMLElement;
  readonly canvas = element('canvas', {
    className: 'map',
    hidden: true,
    attributes: { role: 'img' },
  });
  readonly address: string;
  readonly #image: HTMLImageElement;
  readonly #said = element('p', {}, 'Waiting for the model …');
  readonly #answer = element('div', { className: 'answer' });
  readonly #problem = element('p', {
    className: 'problem',
    hidden: true,
    attributes: { role: 'alert' },
  });
  /** Says that the photo is unlike the training photos. It stands above the classes. */
  readonly #unknown = element('p', { className: 'unknown', hidden: true });
  readonly #actions: CardActions;
  #list: ClassList | undefined;

  constructor(
    readonly id: string,
    readonly file: File,
    actions: CardActions,
  ) {
    this.#actions = actions;
    this.address = URL.createObjectURL(file);
    this.#image = element('img', { src: this.address, alt: `Photograph ${file.name}` });
    const title = element('h3', { id: `${id}-title`, title: file.name }, file.name);
    const figure = element(
      'figure',
      {},
      element(
        'div',
        { className: 'frame' },
        this.#image,
        this.canvas,
        button('Full size', `Show ${file.name} at full size`, actions.onEnlarge),
      ),
      element('figcaption', {}, this.#said),
    );
    this.element = element(
      'article',
      { className: 'card', attributes: { 'aria-labelledby': title.id, 'aria-busy': 'true' } },
      element('header', {}, title, button('Remove', `Remove ${file.name}`, actions.onRemove)),
      this.#problem,
      this.#unknown,
      element('div', { className: 'body' }, figure, this.#answer),
    );
  }

  get choice(): Choice | undefined {
    return this.#list?.choice;
  }

  /** Shows that work on the photo has begun. */
  wait(text: string): void {
    this.element.setAttribute('aria-busy', 'true');
    this.#said.textContent = text;
  }

  /** Shows the answer, and returns it in one sentence. */
  answer({ prediction, fallback }: Look, file: ClassifierFile): string {
    this.#list = new ClassList(prediction, this.#actions.onChoice);
    const { known } = prediction;
    tell(this.#unknown, known ? undefined : unknown);
    const soft = (text: string) => element('p', { className: 'soft' }, text);
    this.#answer.replaceChildren(
      ...(known ? verdict(inWords(prediction)) : [element('p', {}, describeUnknown(prediction))]),
      ...(known ? [soft(describeRule(file))] : []),
      ...(fallback ? [soft(`Decoded by this browser: ${fallback}.`)] : []),
      this.#list.element,
    );
    return `${this.file.name}: ${known ? inWords(prediction).sentence : unknown}`;
  }

  draw({ pixels, height, width }: DrawnMap, text: string): void {
    Object.assign(this.canvas, { height, width, hidden: false });
    this.canvas.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0);
    this.canvas.setAttribute('aria-label', `Heat map. ${text}`);
    this.#said.textContent = text;
    tell(this.#problem, undefined);
    this.element.setAttribute('aria-busy', 'false');
  }

  fail(message: string): void {
    tell(this.#problem, message);
    // A file that is not a picture cannot be shown.
    this.element.classList.toggle('blind', this.#image.naturalWidth === 0);
    this.#said.textContent = '';
    this.canvas.hidden = true;
    this.element.setAttribute('aria-busy', 'false');
  }

  remove(): void {
    this.element.remove();
    URL.revokeObjectURL(this.address);
  }
}

function verdict({ verdict, chance, sure, doubt }: AnswerInWords): HTMLElement[] {
  const className = sure ? 'verdict' : 'verdict unsure';
  const said = element('p', { className }, element('strong', {}, verdict));
  if (chance !== undefined) said.append(` ${chance}`);
  return doubt === undefined ? [said] : [said, element('p', {}, doubt)];
}

function button(text: string, label: string, onclick: () => void): HTMLButtonElement {
  const type = 'button';
  return element(
    'button',
    { type, className: 'quiet', onclick, attributes: { 'aria-label': label } },
    text,
  );
}
