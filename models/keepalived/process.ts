/**
 * keepalived as the kernel runs it: one process, with a machine for each vrrp_instance (member id: its name) and each track
 * script in use (member id: `script:NAME`).
 */
import type { ProcessType } from '../../sim/process-type.ts';
import { instanceMachine } from './instance-machine.ts';
import { keepalivedMachine } from './keepalived-machine.ts';
import { scriptMachine } from './script-machine.ts';

export const keepalived: ProcessType = {
  name: 'keepalived',
  lead: keepalivedMachine,
  members: { instance: instanceMachine, script: scriptMachine },
  datagrams: ['vrrp'],
  watchesLink: true,
  handlesTerminate: true,
};
