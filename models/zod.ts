/**
 * zod, set up once. Its generated parsers need `new Function`, which a Content-Security-Policy without
 * unsafe-eval forbids; `jitless` has to be set before the first schema is made, so every schema of the
 * project takes `z` from here.
 */
import { z } from 'zod';

z.config({ jitless: true });

export { z };
