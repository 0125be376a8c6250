/** What the clock of this machine is worth. The processor asks it, too, whose image has this folder of the gateway and no other. */
export { machineBootName } from './machine-boot.js';
export { isNtpSynchronized, readMachineBoot } from './machine-time.js';
export { readWallSigns, wallTrust } from './wall-trust.js';
