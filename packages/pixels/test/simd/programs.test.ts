import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  add,
  block,
  type Code,
  count,
  fail,
  type Local,
  leave,
  leaveWhen,
  lessThan,
  load32,
  number,
  repeat,
  routine,
  store32,
  subtract,
  when,
  whenElse,
} from '../../src/simd/assembler';
import { assembled } from './assembled';

/** Programs of random statements, computed by the assembler's code and by the interpreter below. */
type Statement =
  | { readonly is: 'set'; readonly to: number; readonly from: number; readonly by: number }
  | { readonly is: 'when'; readonly on: number; readonly body: Statement[] }
  | { readonly is: 'block'; readonly body: Statement[] }
  | { readonly is: 'repeat'; readonly body: Statement[] }
  | {
      readonly is: 'whenElse';
      readonly on: number;
      readonly body: Statement[];
      readonly no: Statement[];
    }
  | { readonly is: 'count'; readonly on: number; readonly step: number; readonly body: Statement[] }
  | { readonly is: 'leave'; readonly depth: number }
  | { readonly is: 'leaveWhen'; readonly depth: number; readonly on: number };

const variables = 4;
/** Bodies of loops that are begun; then the program fails. */
const mostRounds = 50;
const variable = fc.nat(variables - 1);

const { statements } = fc.letrec<{ statements: Statement[]; statement: Statement }>(tie => {
  const body = tie('statements');
  return {
    statements: fc.array(tie('statement'), { maxLength: 5, depthIdentifier: 'nesting' }),
    statement: fc.oneof(
      { depthIdentifier: 'nesting', maxDepth: 5 },
      fc.record({
        is: fc.constant('set' as const),
        ...{ to: variable, from: variable, by: fc.integer({ min: -3, max: 3 }) },
      }),
      fc.record({ is: fc.constant('leave' as const), depth: fc.nat(9) }),
      fc.record({ is: fc.constant('leaveWhen' as const), depth: fc.nat(9), on: variable }),
      fc.record({ is: fc.constant('block' as const), body }),
      fc.record({ is: fc.constant('repeat' as const), body }),
      fc.record({ is: fc.constant('when' as const), on: variable, body }),
      fc.record({ is: fc.constant('whenElse' as const), on: variable, body, no: body }),
      fc.record({
        is: fc.constant('count' as const),
        ...{ on: variable, step: fc.integer({ min: 1, max: 3 }), body },
      }),
    ),
  };
});

/** How many blocks and conditions to leave, or `undefined` to go on with the next statement. */
type Leaving = number | undefined;

/** @throws RangeError after too many rounds. */
function interpret(
  program: Statement[],
  state: number[],
  rounds = { left: mostRounds },
  labels = 0,
): Leaving {
  const run = (body: Statement[], more: number) => interpret(body, state, rounds, labels + more);
  const round = () => {
    if (rounds.left-- === 0) throw new RangeError('too many rounds');
  };
  /** What is left of leaving, outside of this one. */
  const outside = (leaving: Leaving, own = 1): Leaving =>
    leaving === undefined || leaving < own ? undefined : leaving - own;
  for (const statement of program) {
    let leaving: Leaving;
    if (statement.is === 'set') {
      state[statement.to] = (state[statement.from]! + statement.by) | 0;
    } else if (statement.is === 'leave') {
      if (labels > 0) return statement.depth % labels;
    } else if (statement.is === 'leaveWhen') {
      if (labels > 0 && state[statement.on]! < 0) return statement.depth % labels;
    } else if (statement.is === 'block') {
      leaving = outside(run(statement.body, 1));
    } else if (statement.is === 'when') {
      if (state[statement.on]! < 0) leaving = outside(run(statement.body, 1));
    } else if (statement.is === 'whenElse') {
      leaving = outside(run(state[statement.on]! < 0 ? statement.body : statement.no, 1));
    } else if (statement.is === 'repeat') {
      do {
        round();
        leaving = run(statement.body, 1);
      } while (leaving === 0);
      leaving = outside(leaving);
    } else {
      while (state[statement.on]! < 5) {
        round();
        leaving = run(statement.body, 2);
        if (leaving === undefined) state[statement.on]! += statement.step;
        else if (leaving > 0) break;
      }
      leaving = outside(leaving, 2);
    }
    if (leaving !== undefined) return leaving;
  }
  return undefined;
}

function written(program: Statement[], state: Local[], rounds: Local, labels = 0): Code[] {
  const inside = (body: Statement[], more: number) => written(body, state, rounds, labels + more);
  const round = [
    rounds.set(subtract(rounds.get, number(1))),
    when(lessThan(rounds.get, number(0)), fail),
  ];
  const negative = (index: number) => lessThan(state[index]!.get, number(0));
  return program.map(statement => {
    if (statement.is === 'set')
      return state[statement.to]!.set(add(state[statement.from]!.get, number(statement.by)));
    if (statement.is === 'leave') return labels > 0 ? leave(statement.depth % labels) : [];
    if (statement.is === 'leaveWhen')
      return labels > 0 ? leaveWhen(statement.depth % labels, negative(statement.on)) : [];
    if (statement.is === 'block') return block(...inside(statement.body, 1));
    if (statement.is === 'when') return when(negative(statement.on), ...inside(statement.body, 1));
    if (statement.is === 'whenElse')
      return whenElse(negative(statement.on), inside(statement.body, 1), inside(statement.no, 1));
    if (statement.is === 'repeat') return repeat(...round, ...inside(statement.body, 1));
    const body = [...round, ...inside(statement.body, 2)];
    return count(state[statement.on]!, number(5), body, statement.step);
  });
}

test('random programs of nested blocks, loops and conditions do what an interpreter does', () => {
  const seen = { ended: 0, failed: 0 };
  const begin = fc.array(fc.integer({ min: -3, max: 6 }), {
    ...{ minLength: variables, maxLength: variables },
  });
  fc.assert(
    fc.property(statements, begin, (program, before) => {
      const { calls, bytes } = assembled(
        routine('run', [], frame => {
          const state = Array.from({ length: variables }, frame.integer);
          const rounds = frame.integer();
          return [
            rounds.set(number(mostRounds)),
            ...state.map((each, at) => each.set(load32(number(4 * at)))),
            ...written(program, state, rounds),
            ...state.map((each, at) => store32(number(4 * at), each.get)),
          ];
        }),
      );
      const memory = new Int32Array(bytes.buffer, 0, variables);
      memory.set(before);
      const expected = [...before];
      let ends = true;
      try {
        interpret(program, expected);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        ends = false;
      }
      if (ends) {
        calls.run!();
        expect([...memory]).toEqual(expected);
        seen.ended++;
      } else {
        expect(calls.run).toThrow(WebAssembly.RuntimeError);
        seen.failed++;
      }
    }),
    { numRuns: 2000, seed: 20 },
  );
  // Both happen often enough to say something.
  expect(seen.ended).toBeGreaterThan(500);
  expect(seen.failed).toBeGreaterThan(20);
});
