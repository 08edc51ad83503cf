/** Proves that the transition table is what the states' order says, and that other steps are errors. */
import { nextState, TRANSITIONS, type LoadEvent } from '../src/load-state.ts';

const states = Object.keys(TRANSITIONS) as (keyof typeof TRANSITIONS)[];
const events = Object.keys(TRANSITIONS.registered) as LoadEvent[];

it('the way of a load that nothing stops', () => {
  const way: LoadEvent[] = ['prepare', 'start', 'finish', 'apply', 'archive'];
  expect(way.reduce<keyof typeof TRANSITIONS>(nextState, 'registered')).toBe('archived');
});

it('every state can be reached, and left but for its own good reason', () => {
  const reached = new Set<string>([
    'registered',
    ...states.flatMap((state) => events.flatMap((event) => TRANSITIONS[state][event] ?? [])),
  ]);
  expect([...reached].sort()).toEqual([...states].sort());
  for (const state of states) expect(events.some((event) => TRANSITIONS[state][event] !== null)).toBe(true);
});

it.each([
  { state: 'loaded', event: 'start', why: 'a load in history is never loaded again without a replay' },
  { state: 'superseded', event: 'apply', why: 'what counts no more comes into the table only by being reinstated' },
  { state: 'registered', event: 'start', why: 'nothing is loaded before planning found all there' },
  { state: 'failed', event: 'finish', why: 'what failed has to be tried again' },
] as const)('$state cannot $event: $why', ({ state, event }) => {
  expect(() => nextState(state, event)).toThrow(`a load that is '${state}' cannot '${event}'`);
});
