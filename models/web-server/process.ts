import type { ProcessType } from '../../sim/process-type.ts';
import { exchangeMachine, webServerMachine } from './machine.ts';

/** A plain web server with its connections. */
export const webServer: ProcessType = {
  name: 'web',
  lead: webServerMachine,
  members: { exchange: exchangeMachine },
};
