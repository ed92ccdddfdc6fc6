import Glibc
public import MarketTypes

/// Reads like `TickReader`, with a thread that decodes the next batches while the caller works on the last one.
///
/// The ring holds a fixed number of batches, so memory does not grow with the file.
public final class ReadAheadTickReader {
  /// The state before the first event, as `TickReader.start`.
  public let start: TickKeyframe?
  private let ring: Ring
  private let thread: pthread_t

  /// Starts decoding; at most `depth` batches wait for the caller.
  public init(_ file: TickFile, options: TickReader.Options = TickReader.Options(), depth: Int = 4)
    throws(TickStoreError)
  {
    let reader = try TickReader(file, options: options)
    start = reader.start
    ring = Ring(reader, depth: max(depth, 1))
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(ring)
    let result = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<Ring>.fromOpaque(raw).takeRetainedValue().decodeAll()
        return nil
      }, argument.toOpaque())
    self.thread = thread
    guard result == 0 else {
      unsafe argument.release()
      ring.finish()
      throw TickStoreError(.system, file: file.path, reason: "a decoding thread cannot be started")
    }
  }

  deinit {
    ring.cancel()
    if ring.wasStarted { pthread_join(thread, nil) }
  }

  /// Swaps the next batch in; false at the end.
  public func nextBatch(into batch: inout EventBatch) throws(TickStoreError) -> Bool { try ring.take(&batch) }
}

/// A bounded queue of batches between one decoding thread and one reader.
///
/// Invariant: batches between `head` and `tail` belong to the reader, the others to the decoder; indices change only
/// under the lock.
@safe
private final class Ring: @unchecked Sendable {
  private final class Box {
    var batch: EventBatch
    init(_ batch: consuming EventBatch) { self.batch = batch }
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let boxes: [Box]
  private let blockCapacity: Int
  private let path: String
  private var reader: TickReader
  private var head = 0
  private var tail = 0
  private var isDone = false
  private var isCancelled = false
  private var failure: TickStoreError?
  var wasStarted = true

  init(_ reader: TickReader, depth: Int) {
    self.reader = reader
    blockCapacity = reader.file.blockCapacity
    path = reader.file.path
    boxes = (0..<depth).map { _ in Box(reader.file.makeBatch()) }
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe changed.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  func decodeAll() {
    while true {
      unsafe pthread_mutex_lock(mutex)
      while tail - head == boxes.count, !isCancelled { unsafe pthread_cond_wait(changed, mutex) }
      let stops = isCancelled
      let box = boxes[tail % boxes.count]
      unsafe pthread_mutex_unlock(mutex)
      if stops { return }
      var hasBatch = false
      var fault: TickStoreError?
      do throws(TickStoreError) { hasBatch = try reader.nextBatch(into: &box.batch) } catch { fault = error }
      unsafe pthread_mutex_lock(mutex)
      if hasBatch {
        tail += 1
      } else {
        failure = fault
        isDone = true
      }
      unsafe pthread_cond_broadcast(changed)
      unsafe pthread_mutex_unlock(mutex)
      if !hasBatch { return }
    }
  }

  func take(_ batch: inout EventBatch) throws(TickStoreError) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    while head == tail, !isDone { unsafe pthread_cond_wait(changed, mutex) }
    guard head < tail else {
      let failure = failure
      unsafe pthread_mutex_unlock(mutex)
      batch.removeAll()
      if let failure { throw failure }
      return false
    }
    let box = boxes[head % boxes.count]
    unsafe pthread_mutex_unlock(mutex)
    guard batch.capacity >= blockCapacity else {
      throw TickStoreError(.misuse, file: path, reason: "the batch is smaller than the file's blocks")
    }
    swap(&batch, &box.batch)
    unsafe pthread_mutex_lock(mutex)
    head += 1
    unsafe pthread_cond_broadcast(changed)
    unsafe pthread_mutex_unlock(mutex)
    return true
  }

  /// Tells the decoding thread to stop at the next batch.
  func cancel() {
    unsafe pthread_mutex_lock(mutex)
    isCancelled = true
    unsafe pthread_cond_broadcast(changed)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// No thread will decode.
  func finish() {
    wasStarted = false
    isDone = true
  }
}
