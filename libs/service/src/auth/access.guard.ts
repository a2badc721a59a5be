import { Injectable, Optional, type CanActivate, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { isFromBus } from '#libs/bus';
import { Clock } from '../clock/clock.js';
import { Log } from '../log/log.js';
import { Problem } from '../problem/problem.js';
import { accessOf, type Access } from './access.js';
import { accessAt, admit } from './admission.js';
import { bodyOf, type CalledRequest, type Caller } from './caller.js';
import { controllerRoutes, type ControllerRoute } from './controller-routes.js';
import { DeviceDirectory, NoDeviceDirectoryError, type EnrolledDevice } from './device-directory.js';
import { digestFits, isSigned, signerOf, type Signer } from './http-signature.js';
import { operationOf } from './operation.js';
import { StaffRepository, type EnrolledStaff } from './staff.repository.js';

/** The owner of the key that signed the head of a request. */
interface Known {
  readonly staff?: EnrolledStaff;
  readonly device?: EnrolledDevice;
}

/**
 * Admits a caller to a route only if the route's access declaration names it; a route without one admits nobody. The
 * signature is checked before the body is read, with one lookup of the key for each request.
 */
@Injectable()
export class AccessGuard implements CanActivate, OnModuleInit {
  private readonly known = new WeakMap<object, Known>();

  constructor(
    private readonly staff: StaffRepository,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly discovery: DiscoveryService,
    @Optional() private readonly devices?: DeviceDirectory,
  ) {}

  /** Checked at the start, because the first request may be a household's. @throws NoDeviceDirectoryError */
  onModuleInit(): void {
    const isAnyForDevices = this.routes().some(({ handler }) => accessOf(handler)?.type === 'device');
    if (isAnyForDevices && this.devices === undefined) throw new NoDeviceDirectoryError();
  }

  /**
   * Checks the signature before the body is read, so that an unsigned caller learns nothing from the checks of the
   * body.
   *
   * @throws Problem `not-signed`
   */
  async identify(request: FastifyRequest): Promise<void> {
    const access = accessAt(request);
    if (access !== undefined) this.known.set(request, await this.whoSigned(access, request));
  }

  /** @throws Problem `not-signed`, `not-allowed`, `unknown-field`, `not-found` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const type = context.getType();
    // A message of the bus is authenticated by the signature in its envelope. No other transport delivers messages.
    if (type === 'rpc') return isFromBus(context.switchToRpc().getContext());
    if (type !== 'http') return false;
    const request = context.switchToHttp().getRequest<FastifyRequest & CalledRequest>();
    const access = accessAt(request);
    if (access === undefined || accessOf(context.getHandler()) !== access) throw new Problem('not-found');
    const attempted = (by: string): void => this.note(request, nameOf(context.getHandler(), request), by);
    request.caller = this.callerOf(access, request, attempted);
    if (bodyOf(context.getHandler()) === undefined) refuseContent(request.body);
    admit(request, access);
    return true;
  }

  /** The routes of every controller. */
  routes(): readonly ControllerRoute[] {
    return controllerRoutes(this.discovery.getControllers().map(({ metatype }) => metatype));
  }

  private note(request: CalledRequest, operation: string, by: string): void {
    request.attempt = { operation, by };
    this.log.write('info', 'operation', request.attempt);
  }

  private async whoSigned(access: Access, request: FastifyRequest): Promise<Known> {
    switch (access.type) {
      case 'public':
        return {};
      case 'device':
        if (access.orUnsigned && !isSigned(request.headers)) return {};
        return { device: await this.signerOf(request, async (name) => this.devices?.find(name)) };
      case 'staff':
        return { staff: await this.signerOf(request, (name) => this.staff.find(name)) };
    }
  }

  private async signerOf<T extends Signer>(
    request: FastifyRequest,
    find: (name: string) => Promise<T | undefined>,
  ): Promise<T> {
    const { method, url: path, headers } = request;
    const signer = await signerOf({ method, path, headers }, find, this.clock.now());
    if (signer === undefined) throw new Problem('not-signed');
    return signer;
  }

  /** @param attempted is called with the person who signed, before the role is checked */
  private callerOf(
    access: Access,
    request: FastifyRequest & CalledRequest,
    attempted: (person: string) => void,
  ): Caller {
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
