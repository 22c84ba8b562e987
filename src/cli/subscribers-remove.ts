import { api } from './api.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: 'subscribers remove ID',
  summary: 'Ends a subscription',
  options: {},
  examples: [['tidings subscribers remove 12', 'by the id in: tidings subscribers list']],
  async run([id]) {
    if (!id || !/^\d+$/.test(id)) {
      console.error('Give the id of a subscription; they are shown by: tidings subscribers list');
      return 2;
    }
    const { status } = await api('DELETE', `/api/subscribers/${id}`);
    if (status === 404) console.error(`There is no subscription ${id}; they are shown by: tidings subscribers list`);
    return status === 204 ? 0 : 1;
  },
};
