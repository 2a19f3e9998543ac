/**
 * Copying contexts, where the compiled executor spends most of its own time.
 *
 * An engine makes an access fast by what it saw at that place of the program before. A copy of contexts of all
 * machines in one place has seen every name and every shape, and costs 12 ns a key (V8 11.3, Node 20); a
 * place of its own for each machine 3 to 5 ns. As nothing may be compiled at run time (the page's
 * Content-Security-Policy), the places are written out below, and each program has one of them.
 * Measured for contexts of 12 keys, ten machines taking turns: 97 ns against 207 ns.
 *
 * A program takes a place when it has copied often: most never do, after their start. Contexts with other keys than the
 * first one, with more than 24, and those of a 25th program go the general way.
 */
type Context = Record<string, unknown>;
type Letter =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 'i'
  | 'j'
  | 'k'
  | 'l'
  | 'm'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x';
/** The names of the keys in order; the last one again where there are fewer than 24. */
type Keys = Record<Letter, string> & { readonly size: number };
type Place = (n: Context, c: Context, k: Keys) => Context;

const LETTERS = 'abcdefghijklmnopqrstuvwx';
/** So many copies by a program are often. */
const OFTEN = 100;
let taken = 0;

/**
 * Makes the copying function of one program.
 * @returns a function that gives a new plain object with the same keys in the same order; `isUsual`: all that it was given so
 * far, this one included, had the same keys, so there is no need to look
 */
export function copier(): (context: object, isUsual?: boolean) => Context {
  const Blank = blankOf();
  let names: readonly string[] = [];
  let keys: Keys | undefined;
  let place: Place | undefined;
  let copies = 0;
  return (context, isUsual = false) => {
    if (++copies === OFTEN && taken < PLACES.length) {
      names = Object.keys(context);
      keys = keysOf(names);
      if (names.length > 0 && names.length <= LETTERS.length) place = PLACES[taken++];
    }
    return place !== undefined && (isUsual || hasKeys(context, names))
      ? place(new Blank(), context as Context, keys!)
      : Object.assign(new Blank(), context);
  };
}

function keysOf(names: readonly string[]): Keys {
  const letters = [...LETTERS].map((letter, i) => [letter, names[Math.min(i, names.length - 1)]]);
  return { ...(Object.fromEntries(letters) as Record<Letter, string>), size: names.length };
}

/** Are these the keys, in this order? */
export function hasKeys(context: object, names: readonly string[]): boolean {
  let i = 0;
  for (const key in context) if (key !== names[i++]) return false;
  return i === names.length;
}

/**
 * A constructor of plain empty objects which V8 makes with room for some 30 properties and, after the first
 * few, with room for just as many as were used. All contexts of a machine so share one hidden class. (A
 * spread of a spread of a spread gets a new one each time in Node 20, and every function that reads it is slow.)
 */
function blankOf(): new () => Context {
  // Never called with `reserve`: V8 counts the properties in the text.
  function Blank(this: Context, reserve?: boolean): void {
    if (reserve !== true) return;
    this['a'] = this['b'] = this['c'] = this['d'] = this['e'] = this['f'] = this['g'] = this['h'] = 0;
    this['i'] = this['j'] = this['k'] = this['l'] = this['m'] = this['n'] = this['o'] = this['p'] = 0;
    this['q'] = this['r'] = this['s'] = this['t'] = this['u'] = this['v'] = this['w'] = this['x'] = 0;
  }
  Blank.prototype = Object.prototype;
  return Blank as unknown as new () => Context;
}

// biome-ignore format: the same text many times over is all there is to see
const PLACES: readonly Place[] = [
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
  (n, c, k) => { n[k.a] = c[k.a]; n[k.b] = c[k.b]; n[k.c] = c[k.c]; n[k.d] = c[k.d];
   if (k.size < 5) return n; n[k.e] = c[k.e]; n[k.f] = c[k.f]; n[k.g] = c[k.g]; n[k.h] = c[k.h];
   if (k.size < 9) return n; n[k.i] = c[k.i]; n[k.j] = c[k.j]; n[k.k] = c[k.k]; n[k.l] = c[k.l];
   if (k.size < 13) return n; n[k.m] = c[k.m]; n[k.n] = c[k.n]; n[k.o] = c[k.o]; n[k.p] = c[k.p];
   if (k.size < 17) return n; n[k.q] = c[k.q]; n[k.r] = c[k.r]; n[k.s] = c[k.s]; n[k.t] = c[k.t];
   if (k.size < 21) return n; n[k.u] = c[k.u]; n[k.v] = c[k.v]; n[k.w] = c[k.w]; n[k.x] = c[k.x]; return n;
   },
];
