#include "app/worker_pool.hpp"

namespace doorstep::server {

WorkerPool::WorkerPool(unsigned threads, std::size_t most_waiting, std::size_t most_in_line)
    : most_waiting_(most_waiting), most_in_line_(most_in_line) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

bool WorkerPool::post(std::uint64_t line, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_ >= most_waiting_) return false;
    const auto own = lines_.find(line);
    if (own != lines_.end() && own->second.size() >= most_in_line_) return false;
    add(line, std::move(work));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::post_surely(std::uint64_t line, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    add(line, std::move(work));
  }
  wake_.notify_one();
}

void WorkerPool::add(std::uint64_t line, std::function<void()> work) {
  Line& own = lines_[line];
  if (own.empty()) turns_.push_back(line);
  own.push_back(std::move(work));
  ++waiting_;
}

std::function<void()> WorkerPool::take() {
  const auto own = lines_.find(turns_.front());
  std::function<void()> work = std::move(own->second.front());
  own->second.pop_front();
  if (!own->second.empty()) turns_.push_back(turns_.front());
  turns_.pop_front();
  if (own->second.empty()) lines_.erase(own);
  --waiting_;
  return work;
}

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void WorkerPool::run() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || waiting_ > 0; });
      if (waiting_ == 0) return;
      work = take();
    }
    work();
  }
}

}  // namespace doorstep::server
