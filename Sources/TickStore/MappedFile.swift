import Glibc

/// A file mapped read-only, or bytes held in memory; unmapped when the last reader lets go.
///
/// Invariant: `view` stays readable for the life of the object. The file must not be shortened by another process while
/// it is mapped; finished tick files are only ever replaced by renaming, which keeps the old bytes mapped.
@safe
final class MappedFile: @unchecked Sendable {
  let view: ByteView
  private let isMapped: Bool

  init(path: String) throws(TickStoreError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TickStoreError(system: path, "cannot be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw TickStoreError(system: path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TickStoreError(.system, file: path, reason: "is not a regular file")
    }
    let size = Int(status.st_size)
    guard size > 0 else { throw TickStoreError(.notTicks, file: path, offset: 0, reason: "the file is empty") }
    let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw TickStoreError(system: path, "cannot be mapped")
    }
    view = unsafe ByteView(base: UnsafeRawPointer(address), count: size, origin: 0)
    isMapped = true
  }

  init(bytes: [UInt8]) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
    unsafe bytes.withUnsafeBytes { source in
      if let base = source.baseAddress { unsafe memory.copyMemory(from: base, byteCount: source.count) }
    }
    view = unsafe ByteView(base: UnsafeRawPointer(memory), count: bytes.count, origin: 0)
    isMapped = false
  }

  deinit {
    if isMapped {
      unsafe munmap(UnsafeMutableRawPointer(mutating: view.base), view.count)
    } else {
      unsafe view.base.deallocate()
    }
  }
}
