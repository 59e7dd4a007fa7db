internal import Glibc

/// Why a ring could not be made, in words for the person who has to change it.
package enum RingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kernel has no io_uring, or a seccomp filter says so.
    case missing
    case forbidden
    /// The kernel knows io_uring but not what is asked of it.
    case tooOld
    case outOfMemory
    case outOfDescriptors
    case other(SystemFault)

    init(code: Int32) {
        switch code {
        case ENOSYS: self = .missing
        case EPERM, EACCES: self = .forbidden
        case EINVAL: self = .tooOld
        case ENOMEM: self = .outOfMemory
        case EMFILE, ENFILE: self = .outOfDescriptors
        default: self = .other(SystemFault("set up io_uring", code: code))
        }
    }

    package var description: String {
        switch self {
        case .missing:
            "this kernel has no io_uring: Linux 6.1 or newer is needed, built with CONFIG_IO_URING; "
                + "in a container, its seccomp profile may hide it"
        case .forbidden:
            "io_uring is forbidden to this process: set `sysctl kernel.io_uring_disabled=0` on the host and, "
                + "in a container, allow io_uring in its seccomp profile (for Docker: --security-opt "
                + "seccomp=unconfined)"
        case .tooOld:
            "the io_uring of this kernel is too old: Linux 6.1 or newer is needed (`uname -r` shows yours)"
        case .outOfMemory:
            "the kernel has no memory for an io_uring: raise the limit of locked memory (`ulimit -l`), or use "
                + "fewer workers"
        case .outOfDescriptors:
            "no file descriptor is left for an io_uring: raise the limit (`ulimit -n`)"
        case .other(let fault): fault.description
        }
    }
}
