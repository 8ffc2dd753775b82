const lists = new WeakSet<object>();

/**
 * A list whose items are made whenever they are asked for. A million photos take many times more memory as objects than as columns of
 * numbers and bytes. It is an array for all who read it, but two reads of an item give two objects.
 *
 * @param make Makes an item. Equal numbers have to give equal items.
 */
export function lazyList<T>(length: number, make: (index: number) => T): readonly T[] {
  const numberOf = (key: string | symbol): number => {
    const index = typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : -1;
    return index < length ? index : -1;
  };
  const refuse = () => {
    throw new TypeError('This list cannot be changed. Copy it first: [...list].');
  };
  // V8 gives an array room for its items at once, 8 bytes for each, unless it was once longer than what it gives room for.
  const empty: T[] = [];
  empty.length = 2 ** 30;
  empty.length = length;
  const list = new Proxy<T[]>(empty, {
    get: (target, key) => {
      const index = numberOf(key);
      return index < 0 ? Reflect.get(target, key) : make(index);
    },
    has: (target, key) => numberOf(key) >= 0 || Reflect.has(target, key),
    getOwnPropertyDescriptor: (target, key) => {
      const index = numberOf(key);
      if (index < 0) return Reflect.getOwnPropertyDescriptor(target, key);
      return { value: make(index), writable: true, enumerable: true, configurable: true };
    },
    ownKeys: target => [
      ...Array.from({ length }, (_, index) => String(index)),
      ...Reflect.ownKeys(target),
    ],
    ...{ set: refuse, deleteProperty: refuse, defineProperty: refuse },
  });
  lists.add(list);
  return list;
}

/** Makes one list of another: at once, or lazily if the other one is lazy. */
export const listLike = <T>(
  other: readonly unknown[],
  length: number,
  make: (index: number) => T,
): readonly T[] =>
  lists.has(other) ? lazyList(length, make) : Array.from({ length }, (_, index) => make(index));

/** The places of items in a list. */
export function placesWhere<T>(
  list: readonly T[],
  is: (item: T, place: number) => boolean,
): Uint32Array {
  const places = new Uint32Array(list.length);
  let count = 0;
  for (let place = 0; place < list.length; place++)
    if (is(list[place]!, place)) places[count++] = place;
  return places.subarray(0, count);
}
