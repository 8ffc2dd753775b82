import type { IncomingMessage, ServerResponse } from 'node:http';
import { FileServer } from './file-server';

/** A Hugging Face hub for data sets, whose large files are on another server. */
export class HubServer extends FileServer {
  readonly commit = '0123456789abcdef0123456789abcdef01234567';
  readonly token = 'hf_of_the_test';
  /** Cards of data sets, as the hub has parsed them. */
  readonly cards = new Map<string, object>();
  /** The server of large files: it must not get the token. */
  readonly large = new FileServer();

  override async start(): Promise<string> {
    await this.large.start();
    return super.start();
  }

  override async stop(): Promise<void> {
    await this.large.stop();
    await super.stop();
  }

  /** Adds a file to a data set. */
  add(id: string, path: string, bytes: Uint8Array): void {
    this.files.set(`/${id}/${path}`, bytes);
    this.large.files.set(`/${id}/${path}`, bytes);
  }

  protected override answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url!, this.url).pathname;
    this.asked.push({ path, headers: request.headers });
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end('Invalid username or password.');
      return;
    }
    const [, wanted, revision] = /^\/api\/datasets\/(.+)\/revision\/([^/]+)$/.exec(path) ?? [];
    const prefix = `/${wanted}/`;
    const names = [...this.files.keys()].filter(name => name.startsWith(prefix));
    if (wanted !== undefined && names.length > 0 && /^(main|v1|refs%2Fx|0123.*)$/.test(revision!)) {
      const siblings = names.map(name => ({ rfilename: name.slice(prefix.length) }));
      const cardData = this.cards.get(wanted);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id: wanted, sha: this.commit, siblings, cardData }));
      return;
    }
    const [, id, , file] = /^\/datasets\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (id === undefined) response.writeHead(404).end();
    else response.writeHead(302, { location: `${this.large.url}/${id}/${file}?signed=yes` }).end();
  }
}
