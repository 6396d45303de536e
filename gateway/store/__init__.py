"""Where the gateway keeps what must outlive an inquiry."""
