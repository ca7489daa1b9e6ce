//! Stories over the real binary: arguments in, output and exit code out.

mod bench;
mod desk;
mod hostile;
mod interrupted;
mod road;
