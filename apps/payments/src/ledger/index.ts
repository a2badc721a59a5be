export { AnchorService } from './anchor.service.js';
export { BookingService } from './booking.service.js';
export { ChainRepository } from './chain.repository.js';
export { Fund } from './fund.entity.js';
export { LedgerModule } from './ledger.module.js';
export { LedgerRepository } from './ledger.repository.js';
