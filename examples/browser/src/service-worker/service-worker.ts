// Keeps the files of the page, so that it opens without a network. The model's weights are kept by what loads them.
export {};

interface Shell {
  /** Changes with any of the files. */
  readonly version: string;
  /** Relative to this script. */
  readonly files: readonly string[];
}

declare const self: ServiceWorkerGlobalScope;
declare const __SHELL__: Shell;

const { version, files } = __SHELL__;
const prefix = 'shroom-page-';
const name = prefix + version;

self.addEventListener('install', event => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', event => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(request.mode === 'navigate' ? open(request) : find(request));
});

async function keep(): Promise<void> {
  const cache = await caches.open(name);
  // Asking the server, since the browser's own cache may still have the files of an earlier version.
  await cache.addAll(files.map(file => new Request(file, { cache: 'no-cache' })));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter(each => each.startsWith(prefix) && each !== name);
  await Promise.all(old.map(each => caches.delete(each)));
}

/** The page of the network, so that a new version is seen at once; without one, the page that is kept. */
async function open(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(name)).match('./');
    if (kept) return kept;
    throw error;
  }
}

/** Files of the page have their hash in their name: what is kept is right. */
async function find(request: Request): Promise<Response> {
  const kept = await (await caches.open(name)).match(request);
  return kept ?? fetch(request);
}
