import { Injectable, type CanActivate, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { isFromBus } from '#libs/bus';
import { Log } from '../log/log.js';
import { Problem } from '../problem/problem.js';
import { accessOf, type Access } from './access.js';
import { accessAt, admit } from './admission.js';
import { bodyOf, type CalledRequest, type Caller } from './caller.js';
import { controllerRoutes, type ControllerRoute } from './controller-routes.js';
import { NoDeviceDirectoryError, type EnrolledDevice } from './device-directory.js';
import { digestFits, isSigned } from './http-signature.js';
import { operationOf } from './operation.js';
import { SignerCheck, type SigningStaff } from './signer-check.js';

/** The owner of the key that signed the head of a request. */
interface Known {
  readonly staff?: SigningStaff;
  readonly device?: EnrolledDevice;
}

/**
 * Admits a caller to a route only if the route's access declaration names it; a route without one admits nobody. The
 * signature is checked before the body is read, without a query.
 */
@Injectable()
export class AccessGuard implements CanActivate, OnModuleInit {
  private readonly known = new WeakMap<object, Known>();

  constructor(
    private readonly signers: SignerCheck,
    private readonly log: Log,
    private readonly discovery: DiscoveryService,
  ) {}

  /** Checked at the start, because the first request may be a household's. @throws NoDeviceDirectoryError */
  onModuleInit(): void {
    const isAnyForDevices = this.routes().some(({ handler }) => accessOf(handler)?.type === 'device');
    if (isAnyForDevices && !this.signers.knowsDevices) throw new NoDeviceDirectoryError();
  }

  /**
   * Checks the signature before the body is read, so that an unsigned caller learns nothing from the checks of the
   * body.
   *
   * @throws Problem `not-signed`, or another code of `SignerCheck`
   */
  identify(request: FastifyRequest): void {
    const access = accessAt(request);
    if (access !== undefined) this.known.set(request, this.whoSigned(access, request));
  }

  /** @throws Problem `not-signed`, `replayed`, `not-allowed`, `unknown-field`, `not-found` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const type = context.getType();
    // A message of the bus is authenticated by the signature in its envelope. No other transport delivers messages.
    if (type === 'rpc') return isFromBus(context.switchToRpc().getContext());
    if (type !== 'http') return false;
    const request = context.switchToHttp().getRequest<FastifyRequest & CalledRequest>();
    const access = accessAt(request);
    if (access === undefined || accessOf(context.getHandler()) !== access) throw new Problem('not-found');
    const attempted = (by: string): void => this.note(request, nameOf(context.getHandler(), request), by);
    request.caller = await this.callerOf(access, request, attempted);
    if (bodyOf(context.getHandler()) === undefined) refuseContent(request.body);
    admit(request, access);
    return true;
  }

  /** The name of the enrolled device that signed the head of a request. */
  deviceAt(request: FastifyRequest): string | undefined {
    return this.known.get(request)?.device?.name;
  }

  /** The routes of every controller. */
  routes(): readonly ControllerRoute[] {
    return controllerRoutes(this.discovery.getControllers().map(({ metatype }) => metatype));
  }

  private note(request: CalledRequest, operation: string, by: string): void {
    request.attempt = { operation, by };
    this.log.write('info', 'operation', request.attempt);
  }

  private whoSigned(access: Access, { method, url: path, headers }: FastifyRequest): Known {
    switch (access.type) {
      case 'public':
        return {};
      case 'device':
        if (access.orUnsigned && !isSigned(headers)) return {};
        return { device: this.signers.device({ method, path, headers }) };
      case 'staff':
        return { staff: this.signers.staff({ method, path, headers }) };
    }
  }

  /** @param attempted is called with the person who signed, before the role is checked */
  private async callerOf(
    access: Access,
    request: FastifyRequest & CalledRequest,
    attempted: (person: string) => void,
  ): Promise<Caller> {
    if (access.type === 'public') return {};
    if (access.type === 'device' && access.orUnsigned && !isSigned(request.headers)) return { device: undefined };
    if (!digestFits(request.headers, request.body ?? NO_BODY)) throw new Problem('not-signed');
    const { staff, device } = this.known.get(request) ?? {};
    if (access.type === 'device') {
      if (device === undefined) throw new Problem('not-signed');
      const { lane, site } = device;
      return { device: { lane, site } };
    }
    if (staff === undefined) throw new Problem('not-signed');
    const { person, role } = staff;
    attempted(person);
    await this.signers.spend(staff);
    if (!access.roles.includes(role)) throw new Problem('not-allowed');
    return { person };
  }
}

/** The operation in the log: the name that the route declares, or else its pattern, as in `release-approvals`. */
function nameOf(route: object, { routeOptions: { url = '' } }: Pick<FastifyRequest, 'routeOptions'>): string {
  const words = url.split('/').filter((word) => word !== '' && word !== 'v1' && !word.startsWith(':'));
  return operationOf(route) ?? words.join('-');
}

const NO_BODY = new Uint8Array();

/** A route without a contract reads only the path. @throws Problem `unknown-field` if the body has content */
function refuseContent(body: Buffer | undefined): void {
  if (body !== undefined && body.length > 0 && body.toString('latin1') !== '{}') throw new Problem('unknown-field');
}
