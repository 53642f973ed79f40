"""What runs in the containers of `docker-compose.yaml`: the services of `make up`, each in one of its own."""
