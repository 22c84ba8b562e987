import { afterEach } from 'vitest';
import { makeHome, type TestHome } from '../home.ts';
import { hubContract } from './contract.ts';

const open: TestHome[] = [];
afterEach(async () => {
  for (const home of open.splice(0)) await home.close();
});

hubContract(async () => {
  const home = makeHome();
  open.push(home);
  return home;
});
