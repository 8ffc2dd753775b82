import type { OpenedModel } from '../calls';
import type { EngineName } from '../engine-name';
import { announce } from './announcer';
import { prepareChoice } from './classifier-choice';
import { found, tell } from './element';
import { EnginePanel } from './engine-panel';
import { FullSize } from './full-size';
import { prepareIntake } from './intake';
import { showLeftOut } from './left-out';
import { LoadingView } from './loading-view';
import { ModelHost } from './model-host';
import { keepPage } from './offline';
import { PhotoCard } from './photo-card';
import { SettingsForm } from './settings';
import { describeModel, describeTraining } from './training-words';
import { describeMap, layerName } from './words';

/** The page: its photos, its settings, and the model that classifies the photos. */
export class App {
  readonly #cards = new Map<string, PhotoCard>();
  /** Cancels the running question about a photo when a new question about it is asked. */
  readonly #asking = new Map<string, AbortController>();
  readonly #loading = new LoadingView(() => void this.load());
  readonly #settings = new SettingsForm(() => this.#explainAll());
  readonly #full = new FullSize();
  readonly #engines = new EnginePanel({
    onWanted: engine => this.#change(engine),
    onMeasure: () => {
      this.#host.forgetMeasurements();
      void this.load();
    },
  });
  readonly #host = new ModelHost({
    onProgress: progress => this.#loading.progress(progress),
    onBusy: text => this.#loading.busy(text),
    onEngines: memory => this.#engines.show(memory),
    onRunning: (engine, wanted, notes) => this.#engines.running(engine, wanted, notes),
  });
  readonly #pageKept = keepPage();
  #model: OpenedModel | undefined;
  /** The classifier that the user has chosen instead of the one of the server. */
  #zip: File | undefined;
  #drawn = Math.floor(Math.random() * 9000);
  #count = 0;

  constructor() {
    prepareIntake(files => this.#add(files));
    prepareChoice(zip => {
      this.#zip = zip;
      void this.load();
    });
    const draw = found('draw', HTMLButtonElement);
    draw.disabled = true;
    draw.onclick = () => void this.#draw(draw);
    window.addEventListener('online', () => {
      if (!this.#model) void this.load();
    });
  }

  async load(): Promise<void> {
    this.#model = undefined;
    this.#loading.busy('Looking for the model …');
    for (const card of this.#cards.values()) card.wait('Waiting for the model …');
    try {
      const model = await this.#host.load(this.#zip);
      this.#model = model;
      this.#loading.done();
      this.#settings.offer(model);
      this.#describe(model);
      const draw = found('draw', HTMLButtonElement);
      draw.disabled = false;
      draw.hidden = !model.draws;
      announce('The model is ready.');
      await Promise.all([...this.#cards.values()].map(card => this.#look(card)));
    } catch (error) {
      if ((error as Error).name === 'AbortError') return;
      const { message } = error as Error;
      this.#loading.fail(
        this.#zip ? `${message} "Try again" opens the classifier of this page.` : message,
      );
      this.#zip = undefined;
    }
  }

  #change(engine: EngineName | 'auto'): void {
    this.#host.want(engine);
    void this.load();
  }

  #add(files: readonly File[]): void {
    for (const file of files) {
      const id = `photo${this.#count++}`;
      const card: PhotoCard = new PhotoCard(id, file, {
        onChoice: () => void this.#explain(card).then(announce),
        onEnlarge: () => this.#full.open(card),
        onRemove: () => this.#remove(card),
      });
      this.#cards.set(id, card);
      found('photos', HTMLElement).append(card.element);
      if (this.#model) void this.#look(card);
    }
    this.#arrange();
  }

  #remove(card: PhotoCard): void {
    this.#asking.get(card.id)?.abort();
    this.#cards.delete(card.id);
    card.remove();
    void this.#host.call('forget', { photo: card.id }).catch(() => undefined);
    announce(`${card.file.name} was removed.`);
    this.#arrange();
    found('choose', HTMLButtonElement).focus();
  }

  #arrange(): void {
    this.#settings.show(this.#cards.size > 0);
    document.body.classList.toggle('filled', this.#cards.size > 0);
    found('photos', HTMLElement).dataset.count = String(this.#cards.size);
  }

  async #look(card: PhotoCard): Promise<void> {
    card.wait('Looking at the photograph …');
    await this.#ask(card, async signal => {
      const look = await this.#host.call('look', { photo: card.id, file: card.file }, signal);
      announce(card.answer(look, this.#model!.file));
    });
    await this.#explain(card);
  }

  /** Draws the requested heat map, and returns its description in words. */
  async #explain(card: PhotoCard): Promise<string> {
    const { choice } = card;
    if (!choice || !this.#model) return '';
    const { file } = this.#model;
    const { method, layer } = this.#settings.settings;
    let text = '';
    const question = { photo: card.id, method, layer, ...choice };
    await this.#ask(card, async signal => {
      card.wait('Drawing the heat map …');
      const map = await this.#host.call('explain', question, signal);
      const { against } = choice;
      text = describeMap(map, {
        method,
        name: choice.class,
        layer: layerName(layer, file),
        ...(against !== undefined && { rival: against }),
      });
      card.draw(map, text);
    });
    return text;
  }

  /** Asks a question about a photo. An earlier question about it that is not answered yet is canceled. */
  async #ask(card: PhotoCard, question: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#asking.get(card.id)?.abort();
    const asking = new AbortController();
    this.#asking.set(card.id, asking);
    try {
      await question(asking.signal);
    } catch (error) {
      if ((error as Error).name === 'AbortError') return;
      card.fail((error as Error).message);
      announce(`${card.file.name}: ${(error as Error).message}`);
    }
  }

  #explainAll(): void {
    const cards = [...this.#cards.values()];
    void Promise.all(cards.map(card => this.#explain(card))).then(texts => {
      // A canceled question is not announced: a newer question about the photo was asked, and its answer will be announced.
      if (texts.every(Boolean))
        announce(texts.length === 1 ? texts[0]! : 'All heat maps were redrawn.');
    });
  }

  async #draw(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      this.#add([await this.#host.call('drawMushroom', { seed: this.#drawn++ })]);
    } catch (error) {
      if ((error as Error).name !== 'AbortError')
        tell(found('intake-problem', HTMLElement), (error as Error).message);
    } finally {
      button.disabled = false;
    }
  }

  #describe({ file, fallback, kept }: OpenedModel): void {
    const { title, caution } = file;
    found('title', HTMLElement).textContent = title;
    document.title = `${title}, explained`;
    tell(found('trained', HTMLElement), describeTraining(file, fallback));
    showLeftOut(file);
    found('warning', HTMLElement).hidden = caution === undefined;
    found('warning-headline', HTMLElement).textContent = caution?.headline ?? '';
    found('warning-text', HTMLElement).textContent = caution?.text ?? '';
    found('about', HTMLElement).textContent = describeModel(file);
    const zip = this.#zip;
    if (zip) {
      found('offline', HTMLElement).textContent =
        `This classifier is from ${zip.name} on this device, and is not stored. Loading the page again opens the classifier of the page.`;
      return;
    }
    void this.#pageKept.then(pageKept => {
      found('offline', HTMLElement).textContent =
        kept && pageKept
          ? 'The page and the model are stored on this device, and work without a network from now on.'
          : 'The browser stores nothing of this page, because the page was not loaded over https or the window is private. Each visit needs the network.';
    });
  }
}
