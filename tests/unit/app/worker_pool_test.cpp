#include "app/worker_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

using doorstep::server::WorkerPool;

TEST_CASE("worker pool: stopped: what was taken on is done, nothing more is taken") {
  std::atomic<int> done{0};
  WorkerPool pool(2, 1000);
  for (int i = 0; i < 500; ++i) REQUIRE(pool.post([&] { ++done; }));
  pool.stop();
  CHECK(done == 500);
  CHECK_FALSE(pool.post([] {}));
}

TEST_CASE("worker pool: queue full: more is refused, second halves are not") {
  std::promise<void> started;
  std::promise<void> gate;
  std::atomic<int> done{0};
  WorkerPool pool(1, 2);
  REQUIRE(pool.post([&] {
    started.set_value();
    gate.get_future().wait();
  }));
  started.get_future().wait();
  CHECK(pool.post([&] { ++done; }));
  CHECK(pool.post([&] { ++done; }));
  CHECK_FALSE(pool.post([&] { ++done; }));
  pool.post_surely([&] { ++done; });
  CHECK(pool.waiting() == 3);
  gate.set_value();
  pool.stop();
  CHECK(done == 3);
}
