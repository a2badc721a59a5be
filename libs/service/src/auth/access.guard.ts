import { Injectable, Optional, type CanActivate, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../clock/clock.js';
import { Log } from '../log/log.js';
import { Problem } from '../problem/problem.js';
import { accessOf, type Access } from './access.js';
import { takesBody, type CalledRequest, type Caller } from './caller.js';
import { DeviceDirectory, NoDeviceDirectoryError } from './device-directory.js';
import { isSigned, signerOf, type SignedRequest, type Signer } from './http-signature.js';
import { operationOf } from './operation.js';
import { StaffRepository } from './staff.repository.js';

/**
 * Lets in whom a route names, and nobody to a route that names nobody. Who has sent a request is known before anything
 * in it is looked at; each request costs one look for its key.
 */
@Injectable()
export class AccessGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly staff: StaffRepository,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly discovery: DiscoveryService,
    @Optional() private readonly devices?: DeviceDirectory,
  ) {}

  /** Not at the first request, which may be a household's. @throws NoDeviceDirectoryError */
  onModuleInit(): void {
    const isAnyForDevices = this.routes().some((route) => accessOf(route)?.type === 'device');
    if (isAnyForDevices && this.devices === undefined) throw new NoDeviceDirectoryError();
  }

  /** @throws Problem `not-signed`, `not-allowed`, `unknown-field`, `not-found` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const type = context.getType();
    // Messages of the bus are known by the signature in their envelope.
    if (type === 'rpc') return true;
    if (type !== 'http') return false;
    const request = context.switchToHttp().getRequest<FastifyRequest & CalledRequest>();
    const { access } = request.routeOptions.config as { readonly access?: Access };
    if (access === undefined) throw new Problem('not-found');
    const attempted = (by: string): void => this.note(request, nameOf(context.getHandler(), request), by);
    request.caller = await this.callerOf(access, signedPart(request), attempted);
    if (!takesBody(context.getHandler())) refuseContent(request.body);
    return true;
  }

  private routes(): readonly object[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => methodsOf(metatype?.prototype as unknown));
  }

  private note(request: CalledRequest, operation: string, by: string): void {
    request.attempt = { operation, by };
    this.log.write('info', 'operation', request.attempt);
  }

  /** @param attempted hears who has signed, before it is asked whether that person may */
  private async callerOf(access: Access, request: SignedRequest, attempted: (person: string) => void): Promise<Caller> {
    switch (access.type) {
      case 'public':
        return {};
      case 'device': {
        if (access.orUnsigned && !isSigned(request.headers)) return { device: undefined };
        const { lane, site } = await this.signerOf(request, async (name) => this.devices?.find(name));
        return { device: { lane, site } };
      }
      case 'staff': {
        const { person, role } = await this.signerOf(request, (name) => this.staff.find(name));
        attempted(person);
        if (!access.roles.includes(role)) throw new Problem('not-allowed');
        return { person };
      }
    }
  }

  private async signerOf<T extends Signer>(
    request: SignedRequest,
    find: (name: string) => Promise<T | undefined>,
  ): Promise<T> {
    const signer = await signerOf(request, find, this.clock.now());
    if (signer === undefined) throw new Problem('not-signed');
    return signer;
  }
}

/** What a person of staff attempts: as the route says, or else as its pattern does, `release-approvals`. */
function nameOf(route: object, { routeOptions: { url = '' } }: Pick<FastifyRequest, 'routeOptions'>): string {
  const words = url.split('/').filter((word) => word !== '' && word !== 'v1' && !word.startsWith(':'));
  return operationOf(route) ?? words.join('-');
}

/** Also what a controller has inherited, which Nest serves as well. */
function methodsOf(prototype: unknown): readonly object[] {
  if (typeof prototype !== 'object' || prototype === null) return [];
  const own = Object.values(Object.getOwnPropertyDescriptors(prototype)).map(({ value }) => value as unknown);
  const methods = own.filter((value): value is object => typeof value === 'function');
  return [...methods, ...methodsOf(Object.getPrototypeOf(prototype))];
}

const NO_BODY = new Uint8Array();

function signedPart({ method, url, headers, body }: FastifyRequest & CalledRequest): SignedRequest {
  return { method, path: url.split('?', 1)[0] ?? url, headers, body: body ?? NO_BODY };
}

/** Where nothing is asked but what the path says. @throws Problem `unknown-field` */
function refuseContent(body: Buffer | undefined): void {
  if (body !== undefined && body.length > 0 && body.toString('latin1') !== '{}') throw new Problem('unknown-field');
}
