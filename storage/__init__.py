"""What must outlive a process, in MongoDB through motor; nobody else knows the driver."""
