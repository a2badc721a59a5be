import { Global, Module } from '@nestjs/common';
import { OneByOne } from './one-by-one.js';

/** How workers do many items in one transaction. */
@Global()
@Module({ providers: [OneByOne], exports: [OneByOne] })
export class ItemsModule {}
