import { haveEnds } from '../../../test/support/table-ends.js';
import { notification } from '../src/notification.module.js';

haveEnds(notification.database?.tables ?? {}, { never: {}, emptied: {} });
