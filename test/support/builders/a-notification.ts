// A notification as an operator makes it; a test changes one thing.
import type { Notification } from '../../../schemas/contract/notification.ts'

export function aNotification(more: Partial<Notification> = {}): Notification {
  return {
    ...{ id: '7f3c2a90-1', kind: 'failed', project: 'shop', service: 'api', check: 'check-grpc', status: 'critical' },
    ...{ message: 'localhost:9000: refused: nothing listens there', count: 1, host: 'node-1' },
    ...{ since: '2026-11-26T09:00:00Z', at: '2026-11-26T09:00:31Z' },
    ...more,
  }
}
