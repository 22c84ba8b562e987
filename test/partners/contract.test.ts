import { afterEach } from 'vitest';
import { makeHome, type TestHome } from '../home.ts';
import { partnersContract } from './contract.ts';

const open: TestHome[] = [];
afterEach(async () => {
  for (const home of open.splice(0)) await home.close();
});

partnersContract(async (now) => {
  const home = makeHome({ now });
  open.push(home);
  return home;
});
