import type { Fail } from './error';
import { List, Machine, type PickleLanguage, pickleLimits } from './machine';

const stop = 0x2e;

/**
 * Reads one pickle of plain data, without running anything: the operations of protocols 2 to 5 that build containers, texts and numbers.
 *
 * @param at Position of its first byte.
 * @returns The object, and the position after the pickle.
 * @throws PickleEndError when the bytes end within the pickle.
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function unpickle(
  bytes: Uint8Array,
  at: number,
  language: PickleLanguage,
  fail: Fail,
): { value: unknown; end: number } {
  const machine = new Machine(bytes, at, language, fail);
  for (let step = 0; ; step++) {
    if (step === pickleLimits.steps) fail(`its pickle has more than ${pickleLimits.steps} steps`);
    const code = machine.uint(1);
    if (code === stop) return { value: machine.pop(), end: machine.at };
    const operation = operations[code];
    if (!operation)
      return fail(`its pickle has the operation 0x${code.toString(16)}, which no state dict needs`);
    operation(machine);
  }
}

/** An integer of any length. It is a number if a number holds it exactly. */
function integerOf(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let place = bytes.length - 1; place >= 0; place--)
    value = (value << 8n) | BigInt(bytes[place]!);
  const signed = BigInt.asIntN(8 * bytes.length, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

const last = (machine: Machine, count: number): unknown[] =>
  Array.from({ length: count }, () => machine.pop()).reverse();

/** The operations, by their code. The names in Python are beside them. */
const operations: Readonly<Record<number, (machine: Machine) => void>> = {
  128: m => {
    const protocol = m.uint(1);
    if (protocol > 5) m.fail(`its pickle has the protocol ${protocol}, above 5`);
  }, // PROTO
  149: m => m.take(8), // FRAME
  40: m => m.mark(), // MARK
  48: m => m.pop(), // POP
  49: m => m.popToMark(), // POP_MARK
  78: m => m.push(null), // NONE
  136: m => m.push(true), // NEWTRUE
  137: m => m.push(false), // NEWFALSE
  74: m => m.push(m.uint(4) | 0), // BININT
  75: m => m.push(m.uint(1)), // BININT1
  77: m => m.push(m.uint(2)), // BININT2
  138: m => m.push(integerOf(m.take(m.uint(1)))), // LONG1
  71: m => m.push(m.float64()), // BINFLOAT
  140: m => m.push(m.text(m.uint(1))), // SHORT_BINUNICODE
  88: m => m.push(m.text(m.uint(4))), // BINUNICODE
  141: m => m.push(m.text(m.uint(8))), // BINUNICODE8
  85: m => m.push(m.text(m.uint(1))), // SHORT_BINSTRING, as Python 2 wrote names
  84: m => m.push(m.text(m.uint(4))), // BINSTRING
  67: m => m.push(m.take(m.uint(1))), // SHORT_BINBYTES
  66: m => m.push(m.take(m.uint(4))), // BINBYTES
  41: m => m.hold([]), // EMPTY_TUPLE
  133: m => m.hold(last(m, 1)), // TUPLE1
  134: m => m.hold(last(m, 2)), // TUPLE2
  135: m => m.hold(last(m, 3)), // TUPLE3
  116: m => m.hold(m.popToMark()), // TUPLE
  93: m => m.hold(new List()), // EMPTY_LIST
  97: m => m.append(last(m, 1)), // APPEND
  101: m => m.append(m.popToMark()), // APPENDS
  125: m => m.hold(new Map()), // EMPTY_DICT
  115: m => m.setItems(last(m, 2)), // SETITEM
  117: m => m.setItems(m.popToMark()), // SETITEMS
  113: m => m.memo.set(m.uint(1), m.peek()), // BINPUT
  114: m => m.memo.set(m.uint(4), m.peek()), // LONG_BINPUT
  148: m => m.memo.set(m.memo.size, m.peek()), // MEMOIZE
  104: m => m.remembered(m.uint(1)), // BINGET
  106: m => m.remembered(m.uint(4)), // LONG_BINGET
  99: m => m.find(m.line(), m.line()), // GLOBAL
  147: m => m.find(...(last(m, 2) as [unknown, unknown])), // STACK_GLOBAL
  82: m => m.reduce(), // REDUCE
  98: m => m.build(), // BUILD
  81: m => m.push(m.language.persistent(m.pop())), // BINPERSID
};
