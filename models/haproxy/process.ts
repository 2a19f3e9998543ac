/** HAProxy as the kernel sees it: one lead, a member per check and per session. */
import type { ProcessType } from '../../sim/process-type.ts';
import { check } from './check.ts';
import { proxy } from './proxy.ts';
import { session } from './session.ts';

/** Its config is a HaproxyConfig. SIGTERM ends it at once, with its sessions. */
export const haproxy: ProcessType = {
  name: 'haproxy',
  lead: proxy,
  members: { check, session },
};
