declare module 'seedrandom/lib/alea.js' {
  export interface AleaState {
    readonly c: number;
    readonly s0: number;
    readonly s1: number;
    readonly s2: number;
    /** Of a stream whose first draws are given (sim/streams.ts): how many of them are used up, and all of them. */
    readonly at?: number;
    readonly values?: readonly number[];
  }
  export interface Alea {
    (): number;
    int32(): number;
    state(): AleaState;
  }
  export default function alea(seed: string, options: { state: true | AleaState }): Alea;
}
