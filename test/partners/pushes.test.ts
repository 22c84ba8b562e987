import { afterEach } from 'vitest';
import { makeHome, type TestHome } from '../home.ts';
import { partnerPushesContract } from './pushes-contract.ts';

const open: TestHome[] = [];
afterEach(async () => {
  for (const home of open.splice(0)) await home.close();
});

partnerPushesContract(async () => {
  const home = makeHome();
  open.push(home);
  return home;
});
