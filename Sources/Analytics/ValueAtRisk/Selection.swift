/// Rearranges finite values so that the one of the given rank (from zero) is in its sorted place and nothing before it
/// is larger: Hoare's selection with a median-of-three pivot, and a heap sort of what is left should pivots degenerate.
func selectSmallest(_ values: UnsafeMutableBufferPointer<Double>, rank: Int) {
  precondition(rank >= 0 && rank < values.count, "the rank must be within the values")
  var low = 0
  var high = values.count - 1
  // Each good pivot halves the range; twice the logarithm without success means an adversarial order.
  var budget = 2 * (Int.bitWidth - values.count.leadingZeroBitCount) + 8
  while high - low > 16 {
    if budget == 0 {
      var rest = UnsafeMutableBufferPointer(rebasing: values[low...high])
      rest.sort()
      return
    }
    budget -= 1
    let middle = low + (high - low) / 2
    if values[middle] < values[low] { values.swapAt(middle, low) }
    if values[high] < values[low] { values.swapAt(high, low) }
    if values[high] < values[middle] { values.swapAt(high, middle) }
    let pivot = values[middle]
    var left = low
    var right = high
    // Both scans stop at the pivot's value, and the three ordered positions above are their sentinels.
    while left <= right {
      while values[left] < pivot { left += 1 }
      while pivot < values[right] { right -= 1 }
      if left <= right {
        values.swapAt(left, right)
        left += 1
        right -= 1
      }
    }
    if rank <= right {
      high = right
    } else if rank >= left {
      low = left
    } else {
      return
    }
  }
  // Insertion sort of the few that remain.
  var position = low + 1
  while position <= high {
    let value = values[position]
    var hole = position
    while hole > low && values[hole - 1] > value {
      values[hole] = values[hole - 1]
      hole -= 1
    }
    values[hole] = value
    position += 1
  }
}
