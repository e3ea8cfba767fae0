// Work in parallel, for kernels that TensorFlow's own threads cannot be asked for through its C API.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace genlab {

// As many threads as TensorFlow uses. They sleep while there is nothing to do, and live as long as the process.
class Threads {
 public:
  static Threads &all() {
    static Threads *threads = new Threads();  // never deleted: a thread may outlive what is static
    return *threads;
  }

  // Calls work(part, parts) once for each part, and returns when all are done. Which numbers make up a part depends on
  // their count alone, so that results repeat to the bit.
  void run(const std::function<void(int64_t part, int64_t parts)> &work) {
    const int64_t parts = static_cast<int64_t>(workers_.size()) + 1;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      left_ = parts - 1;
      round_++;
    }
    wake_.notify_all();
    work(parts - 1, parts);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  Threads() {
    const char *asked = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int wanted = asked && std::atoi(asked) > 0 ? std::atoi(asked)
                                                     : static_cast<int>(std::thread::hardware_concurrency());
    for (int64_t part = 0; part < wanted - 1; part++) {
      workers_.emplace_back([this, part] { loop(part); });
      workers_.back().detach();
    }
  }

  void loop(int64_t part) {
    int64_t seen = 0;
    while (true) {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return round_ != seen; });
      seen = round_;
      const auto *work = work_;
      lock.unlock();
      (*work)(part, static_cast<int64_t>(workers_.size()) + 1);
      lock.lock();
      if (--left_ == 0) done_.notify_one();
    }
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(int64_t, int64_t)> *work_ = nullptr;
  int64_t left_ = 0, round_ = 0;
};

// Calls work(begin, end) for pieces of 0 … count, in parallel where there are so many numbers that waking others pays.
template <typename Work>
void parallel(int64_t count, int64_t numbers, const Work &work) {
  if (numbers < 32768 || count < 2) return work(0, count);
  Threads::all().run([&](int64_t part, int64_t parts) {
    const int64_t begin = count * part / parts, end = count * (part + 1) / parts;
    if (begin < end) work(begin, end);
  });
}

}  // namespace genlab
